// Package cluster starts several nodes and the engines that they keep their
// messages in, as child processes on the loopback interface: for people who try
// it, for tests, and for measuring.
//
//	c, err := cluster.Start(ctx, cluster.Config{Dir: dir, Server: server, Engine: engine})
//	defer c.Stop(ctx)
//	c.Nodes[0].Kill()               // as kill -9 does
//	err = c.Nodes[0].Restart(ctx)   // at the same address, until it is ready
//
// An engine is a nats-server with JetStream. This package does not link it: the
// program is the caller's, such as deploy/cluster, whose code is in package
// engine.
//
// # What is where
//
// In Config.Dir each member has a log, such as node-1.log, to which each start
// appends what it writes to stderr. An engine also has its configuration,
// engine-1.conf, and its data, engine-1. The directory is the caller's to make and
// to remove.
//
// Ports are free ones below those that the system gives to outgoing connections:
// nothing takes them while a member is down, no other cluster either. A member keeps
// its ports until the cluster has ended.
//
// # Ends
//
// A member has a process group of its own, so Ctrl-C reaches the caller alone. On
// Linux the kernel kills it when the caller ends, whatever ends that. A member
// that ends by itself is reported to Config.Ended, and the others go on.
package cluster
