package enginetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// Credentials are those of one user of one account.
type Credentials struct {
	File string // for clients

	t        testing.TB
	operator nkeys.KeyPair
	account  *jwt.AccountClaims
	user     string
}

// NewCredentials makes an operator, an account with JetStream, and a user.
func NewCredentials(t testing.TB) *Credentials {
	t.Helper()
	c := &Credentials{t: t, File: filepath.Join(t.TempDir(), "user.creds")}
	c.operator = must(nkeys.CreateOperator())(t)
	account := must(nkeys.CreateAccount())(t)
	c.account = jwt.NewAccountClaims(public(t, account))
	c.account.Limits.JetStreamLimits = jwt.JetStreamLimits{
		MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit,
	}
	user := must(nkeys.CreateUser())(t)
	c.user = public(t, user)
	claims := must(jwt.NewUserClaims(c.user).Encode(account))(t)
	file := must(jwt.FormatUserConfig(claims, must(user.Seed())(t)))(t)
	if err := os.WriteFile(c.File, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// Wanted has an engine want these credentials. It is an option of Start.
func (c *Credentials) Wanted(o *server.Options) {
	c.t.Helper()
	system := jwt.NewAccountClaims(public(c.t, must(nkeys.CreateAccount())(c.t)))
	operator := jwt.NewOperatorClaims(public(c.t, c.operator))
	operator.SystemAccount = system.Subject
	resolver := &server.MemAccResolver{}
	for _, account := range []*jwt.AccountClaims{c.account, system} {
		if err := resolver.Store(account.Subject, must(account.Encode(c.operator))(c.t)); err != nil {
			c.t.Fatal(err)
		}
	}
	o.TrustedOperators = []*jwt.OperatorClaims{operator}
	o.SystemAccount = system.Subject
	o.AccountResolver = resolver
}

// Revoke revokes the credentials in all engines, and Restore takes that back.
func (c *Credentials) Revoke(engines *Cluster) {
	c.account.Revoke(c.user)
	c.update(engines)
}

// Restore ends what Revoke has begun.
func (c *Credentials) Restore(engines *Cluster) {
	c.account.ClearRevocation(c.user)
	c.update(engines)
}

func (c *Credentials) update(engines *Cluster) {
	for _, engine := range engines.engines {
		account, err := engine.LookupAccount(c.account.Subject)
		if err != nil {
			c.t.Fatal(err)
		}
		engine.UpdateAccountClaims(account, c.account)
	}
}

func public(t testing.TB, key nkeys.KeyPair) string {
	t.Helper()
	return must(key.PublicKey())(t)
}

// must returns a value, or fails the test.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
