package main

import (
	"net/netip"
	"strings"
)

// parts are the entries of a list with commas between; none of an empty text.
func parts(text string) []string {
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// hosts are host names and IP addresses without ports, in lower case.
type hosts struct{ p *[]string }

func (v *hosts) Set(text string) error {
	all := parts(strings.ToLower(text))
	for i, host := range all {
		if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			all[i] = address.String()
		} else if !isHostName(host) {
			return mustBe(v, text)
		}
	}
	*v.p = all
	return nil
}

func isHostName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '.' || r == '_')
	})
}

func (v *hosts) String() string { return strings.Join(*v.p, ",") }
func (v *hosts) Kind() string   { return "hosts" }

func (v *hosts) Allowed() string {
	return "host names and addresses without ports, with commas between, such as admin.example.com,192.0.2.1, or empty"
}

// networks are CIDR prefixes; a single address is one of its full length.
type networks struct{ p *[]netip.Prefix }

func (v *networks) Set(text string) error {
	var all []netip.Prefix
	for _, part := range parts(text) {
		network, err := parseNetwork(part)
		if err != nil || network.Addr().Is4In6() { // addresses are compared as IPv4, and never match
			return mustBe(v, text)
		}
		all = append(all, network)
	}
	*v.p = all
	return nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		network, err := netip.ParsePrefix(text)
		return network.Masked(), err
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return address.Prefix(address.BitLen()) // drops a zone
}

func (v *networks) String() string {
	var all []string
	for _, network := range *v.p {
		all = append(all, network.String())
	}
	return strings.Join(all, ",")
}

func (v *networks) Kind() string { return "networks" }

func (v *networks) Allowed() string {
	return "networks and addresses with commas between, such as 10.0.0.0/8,fd00::/8,192.0.2.1, or empty"
}
