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
// GET progress/{id}, GET faults, messages, v1/chat/completions and openapi.yaml are
// expected side by side, under any path.
//
// # What is in which file
//
//	*.html               the pages; the ids in them are the scripts' handles
//	style.css            their look, light and dark
//	sse-client.js        an event stream that reconnects; of use to any page anywhere
//	stream.js            asks the server, follows a stream of it, checks the order
//	states.js            says how a connection is, in words
//	token.js             keeps the access token, where the server wants one
//	text.js              shows the text that arrives
//	wire.js              shows the bytes that bring it, with wire-frames.js and wire-tools.js
//	escape.js, copy.js   what cannot be seen as escapes; text for the clipboard
//	figures.js           how fast a stream came
//	snippet.js           the curl command and the JavaScript that ask for the same
//	duration.js          reads durations and checks fields for them, and says them in words
//	say.js               words that count, not read out each second
//	frame.js             paints no more often than the screen does
//	faults.js            the fields for what is to go wrong, and what the server offers
//
// Of the first page, home.html:
//
//	home.js    one small stream that plays
//
// Of the API page, api.html, which internal/apipage makes from the API description:
//
//	api-request.js   what the fields of a form ask for
//	api-answer.js    an answer as it arrives
//	api.js           what brings them together
//
// Of the pages that send a message, index.html and progress.html:
//
//	view.js                 shows state, errors, bar, bytes, figures and snippets
//	address.js              the form in the address of the page
//	problems.js             what went wrong, in the words of the page
//	page.js                 the flow from the button to the last chunk
//	index.js, progress.js   what is particular to one page
//
// Of the page that writes a live message, live.html:
//
//	producer.js      appends in order, once each, whatever the network does
//	field.js         a field whose text only grows
//	unsent.js        carries what is not appended yet over a reload
//	reader.js        one reader, with its connection and its pace
//	reader-card.js   the same as the page shows it
//	job.js           progress, reported and read back
//	settings.js      the fields in the address of the page
//	live-view.js     state, errors and facts of the message
//	live.js          what brings them together
//
// Of the chat, chat.html:
//
//	chat-client.js     asks as clients of the OpenAI API do, and reads the answer
//	chat-readings.js   what two clients make of an answer that has ended
//	smoother.js        an even pace for text that comes in lumps
//	chat-turn.js       a question and its answer, on the page
//	chat-form.js       what is asked for, and errors where they were made
//	chat-figures.js    how fast the tokens came, and what the server says of them
//	chat.js            what brings them together
//
// Of the page with many streams, many.html:
//
//	many-fleet.js     all streams of a message, and what is known of them
//	many-lane.js      one of them, checked to the last character
//	many-spread.js    how late many events came
//	many-grid.js      the canvas with a cell for each, and the signs of the states
//	many-states.js    what the states are called, and how many streams are in each
//	many-words.js     what all of them are in, in few words
//	many-pick.js      the one that was picked
//	many-figures.js   rates of the last second
//	many-form.js      what is asked for, kept in the address
//	many-text.js      the message
//	many-snippets.js  the same for a shell and for another page
//	many.js           what brings them together
//
// Of the page that shows bursts raw and smoothed, smooth.html:
//
//	smooth-form.js     what is asked for, kept in the address
//	smooth-pane.js     one view of the text, with its chart and figures
//	smooth-chart.js    how much was shown when
//	smooth-pauses.js   how long nothing changed
//	smooth.js          what brings them together, with smoother.js
//
// Of the reconnect lab, lab.html:
//
//	lab-careful.js    the client that goes on where it was cut, on sse-client.js
//	lab-naive.js      what is written first; the page shows these functions and runs them
//	lab-watch.js      notes what a naive client does, without a change to it
//	lab-run.js        both clients at work on one text, under one plan
//	lab-lane.js       what one of them did, over time
//	lab-ledger.js     what it has on show, position by position
//	lab-timeline.js   the canvas with both lanes; lab-table.js says the same in words
//	lab-verdict.js    what a run has proven, in words
//	lab-proof.js      the digests, and the verdict on its card
//	lab-card.js       one client on the page; lab-text.js shows its text
//	lab-form.js       what is asked for, kept in the address, and errors where they were made
//	lab.js            what brings them together
//
// Of the operator's pages, in admin/, which the admin listener serves beside what they
// share with the others; see Admin:
//
//	admin.css        what these pages have in common
//	ask.js, feed.js  a request, and why it was refused; a feed with its state in words
//	elements.js      what all pages make their elements with
//	filters.js       level and conditions, kept in the address
//	uplot.js, .css   uPlot, which draws charts, as npm has it
//
//	log-line.js       what is in a line, and its row
//	log-list.js       a bounded list of lines, with rows for those in sight
//	log-inspector.js  all of one line, its neighbours, or the story of an id: log-story.js
//	log.js            what brings them together
//
//	streams-rows.js   the rows of the running streams
//	streams-end.js    asks whether to end one, and says what came of it
//	streams.js        what brings them together
//
//	overview-samples.js   an hour of samples
//	overview-findings.js  what is wrong, in sentences
//	overview-chart.js     one chart and its table; overview-charts.js says of what
//	overview-words.js     figures as people read them
//	overview.js           what brings them together
package assets
