// Package assets holds the web pages of the demo, embedded in the program.
//
// The pages are plain HTML, CSS and JavaScript modules as the browser reads
// them: there is no build step, and nothing is loaded from another host. They
// are written to run under this Content-Security-Policy, which whoever serves
// them should send:
//
//	default-src 'none'; script-src 'self'; style-src 'self';
//	connect-src 'self'; img-src 'self'; base-uri 'none';
//	form-action 'none'; frame-ancestors 'none'
//
// So they contain no inline script, no inline style and no event handler
// attribute, and the scripts put text into the page only as text.
//
// Every address in a page is relative: the pages, POST send, GET stream/{id},
// GET progress/{id} and openapi.yaml are expected side by side, under any path.
//
// # What is in which file
//
//	index.html, progress.html   the pages; the ids in them are the scripts' handles
//	style.css                   the look of both, light and dark
//	stream.js                   sends a message, follows its EventSource, checks the order
//	view.js                     shows state, errors, bar, wire log and curl command
//	token.js                    keeps the access token, where the server wants one
//	page.js                     the flow from the button to the last chunk
//	index.js, progress.js       what is particular to one page
package assets
