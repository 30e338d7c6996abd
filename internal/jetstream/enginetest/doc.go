// Package enginetest runs the engine of package jetstream for tests: real servers of
// NATS in the process, one or several that are a cluster, which can be killed and
// started again; and a proxy in front of one, which can be cut and joined, and loses
// what it is told to lose.
package enginetest
