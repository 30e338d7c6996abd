package main

import (
	"errors"
	"net"
	"net/netip"
	"strings"

	"sseserver/internal/logs"
)

// isLoopback says whether only this machine reaches a listener at addr, which then
// needs neither TLS nor a token.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// checkAccess compares the settings of who may do what.
func (c *Config) checkAccess() error {
	if c.AdminAddr == "" || c.AdminToken != "" || isLoopback(c.AdminAddr) {
		return nil
	}
	return c.invalid(errors.New("needs a token in --admin-token, since other machines can reach it"), "admin-addr")
}

// adminHosts returns the hosts that the admin listener answers to, beside the
// loopback ones: those of --admin-hosts, and the one of --admin-addr, which the
// log shows as the place to find it. An address that stands for every interface
// names none of them.
func (c *Config) adminHosts() []string {
	host, _, _ := net.SplitHostPort(c.AdminAddr)
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		return c.AdminHosts
	}
	return append([]string{strings.ToLower(host)}, c.AdminHosts...)
}

// warnUnprotected says so if anyone can reach the public listener and write.
func (pr *program) warnUnprotected() {
	if pr.config.SendToken == "" && !isLoopback(pr.public.Addr().String()) {
		logs.ServerUnprotected.Log(pr.output.Logger.Named("server"), logs.Listener("public"), logs.URLs(pr.public.url()))
	}
}
