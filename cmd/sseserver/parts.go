package main

import (
	"sseserver/broker"
	"sseserver/httpapi"
)

// brokerConfig is what the settings mean to the broker.
func brokerConfig(c Config) broker.Config {
	return broker.Config{
		TTL:         c.MessageTTL,
		MaxMessages: c.MaxMessages,
		MaxBytes:    c.MaxStoreBytes,
		MaxStreams:  c.MaxStreams,

		MaxMessageBytes: c.MaxMessageBytes,
		ProducerTimeout: c.ProducerTimeout,

		MaxBytesPerClient:   c.MaxBytesPerClient,
		MaxStreamsPerClient: c.MaxStreamsPerClient,
	}
}

// apiConfig is what the settings, and the limit of open files, mean to the HTTP
// side.
func apiConfig(c Config, files int) httpapi.Config {
	api := httpapi.Config{
		Interval:         c.Interval,
		ProgressInterval: c.ProgressInterval,
		MinInterval:      c.MinInterval,
		MaxInterval:      c.MaxInterval,
		Heartbeat:        c.Heartbeat,
		WriteTimeout:     c.WriteTimeout,
		MaxMessageBytes:  c.MaxMessageBytes,
		MaxConns:         maxConns(files),
		ConnReserve:      maxConns(files) - maxStreamConns(files),
		Faults:           c.Faults,
		NoFaults:         c.NoFaults,
		PagesChange:      c.Assets != "",
		SendToken:        c.SendToken,
		Origins:          c.CORSOrigins,
		TrustedProxies:   c.TrustedProxies,
	}
	if c.Heartbeat == 0 { // which is off, but httpapi's default
		api.Heartbeat = -1
	}
	return api
}
