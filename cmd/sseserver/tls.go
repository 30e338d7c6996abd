package main

import (
	"crypto/tls"
	"errors"

	"sseserver/internal/logs"
	"sseserver/internal/tlscert"

	"go.uber.org/zap"
)

// scheme is that of the public listener's addresses.
func (c *Config) scheme() string {
	if c.TLSCert != "" || c.TLSSelfSigned {
		return "https"
	}
	return "http"
}

// checkTLS compares the settings of TLS.
func (c *Config) checkTLS() error {
	switch {
	case c.TLSSelfSigned && c.TLSCert+c.TLSKey != "":
		return c.invalid(errors.New("excludes --tls-cert and --tls-key"), "tls-self-signed")
	case c.TLSCert != "" && c.TLSKey == "":
		return c.invalid(errors.New("needs the private key's file in --tls-key"), "tls-cert")
	case c.TLSKey != "" && c.TLSCert == "":
		return c.invalid(errors.New("needs the certificate's file in --tls-cert"), "tls-key")
	}
	return nil
}

// certificate returns the certificate of the public listener, or nil without TLS.
// An error is a *configError.
func (c *Config) certificate() (*tlscert.Source, error) {
	switch {
	case c.TLSSelfSigned:
		source, err := tlscert.SelfSigned()
		if err != nil {
			return nil, c.invalid(err, "tls-self-signed")
		}
		return source, nil
	case c.TLSCert != "":
		source, err := tlscert.Open(c.TLSCert, c.TLSKey)
		if wrong, ok := errors.AsType[*tlscert.Error](err); ok && wrong.IsKey {
			return nil, c.invalid(err, "tls-key")
		} else if err != nil {
			return nil, c.invalid(err, "tls-cert")
		}
		return source, nil
	}
	return nil, nil
}

// tlsConfig makes a server show the certificate, and logs when it changes.
func tlsConfig(certificate *tlscert.Source, logger *zap.Logger) *tls.Config {
	certificate.Reloaded = func(fingerprint string, err error) {
		if err != nil {
			logs.TLSReloaded.LogAt(logger, zap.ErrorLevel, logs.Fingerprint(fingerprint), logs.Error(err))
			return
		}
		logs.TLSReloaded.Log(logger, logs.Fingerprint(fingerprint))
	}
	return &tls.Config{GetCertificate: certificate.Get}
}
