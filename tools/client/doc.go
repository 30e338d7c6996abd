// Package client tests assets/sse-client.js as the package that npm makes of it:
// in Node.js, against the program, and with TypeScript, which reads its comments.
// It is a module of its own, as only these tests need npm.
package client
