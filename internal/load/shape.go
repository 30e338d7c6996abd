package load

// maxClients bounds the numbers of clients that are taken seriously.
const maxClients = 10_000_000

// checkShape finds settings that exclude each other. It wants them as they were
// given, without defaults.
func (c Config) checkShape() error {
	staged, arriving := len(c.Stages) > 0, c.Arrivals != 0
	switch {
	case staged && (c.Clients != 0 || c.Ramp != 0 || c.Duration != 0):
		return invalid("--stages says how many clients there are and when: leave out --clients, --ramp and --duration")
	case staged && arriving:
		return invalid("--stages and --arrivals exclude each other")
	case staged && (c.Stages.most() == 0 || c.Stages.length() == 0):
		return invalid("--stages %s: want some time with some clients", c.Stages)
	case arriving && (c.Clients != 0 || c.Ramp != 0):
		return invalid("--arrivals says when each client comes: leave out --clients and --ramp")
	case arriving && !(c.Arrivals > 0 && c.Arrivals <= maxClients):
		return invalid("--arrivals %v: want new streams per second, more than 0 and %d at most", c.Arrivals, maxClients)
	case arriving && (c.Once || c.Think != 0):
		return invalid("--once and --think are for clients that stay; with --arrivals each reads one stream and goes")
	case c.Think < 0:
		return invalid("--think %v: want a time, 0 or more", c.Think)
	case c.Think > 0 && c.Once:
		return invalid("--think is the pause before a client's next stream, and with --once there is none")
	}
	return nil
}

// withShape fills in what was left open of how many clients there are and when.
func (c Config) withShape() Config {
	c.Clients = c.Crowd()
	switch {
	case len(c.Stages) > 0:
		c.Duration = c.Stages.length()
	case c.Arrivals > 0:
		setDefault(&c.Duration, DefaultDuration)
		c.Once = true
		// The server may be given one message, but hardly one for each client
		// of an endless row.
		c.Shared = !c.foreign() && !c.Live.On
	default:
		setDefault(&c.Ramp, float64(min(c.Clients, 1000)))
		setDefault(&c.Duration, DefaultDuration)
	}
	return c
}
