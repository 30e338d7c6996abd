// Package jetstream keeps the messages of several brokers in NATS JetStream.
package jetstream
