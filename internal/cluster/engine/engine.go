// Package engine is the program of a local cluster's engines: a nats-server of
// this module's, so that nothing has to be installed. It links all of it; the
// server of this module must not.
package engine

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
)

// Run runs a nats-server with a configuration file until a signal asks it to end,
// which it does by ending the process. It returns only an error.
func Run(config string) error {
	options, err := server.ProcessConfigFile(config)
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	s, err := server.NewServer(options)
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	s.ConfigureLogger()
	s.Start()
	s.WaitForShutdown()
	return fmt.Errorf("engine: %s has ended", s.Name())
}
