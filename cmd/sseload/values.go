package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"sseserver/internal/load"
)

func anchor(text string) (firstEvent bool, err error) {
	switch text {
	case "request":
		return false, nil
	case "first-event":
		return true, nil
	}
	return false, fmt.Errorf("--anchor %q: want request or first-event", text)
}

func header(lines []string) (http.Header, error) {
	h := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("--header %q: want 'Name: value'", line)
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

// addresses reads a number of addresses of the loopback network, or a list.
func addresses(text string) (list []netip.Addr, err error) {
	if text == "" {
		return nil, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > load.MaxLoopback {
			return nil, fmt.Errorf("--source-addresses %d: want 1 to %d", n, load.MaxLoopback)
		}
		return load.Loopback(n), nil
	}
	for _, part := range strings.Split(text, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("--source-addresses: %q is no address", part)
		}
		list = append(list, a)
	}
	return list, nil
}

// share reads a percentage of the clients, or a number of them.
func share(text string, clients int) (int, error) {
	if digits, ok := strings.CutSuffix(text, "%"); ok {
		p, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return 0, errors.New("want 0% to 100%")
		}
		return int(p/100*float64(clients) + 0.5), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errors.New("want a share such as 20%, or a number of clients")
	}
	return n, nil
}
