package load

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sseserver/internal/eventsource"
	"sseserver/internal/load/template"
	"sseserver/internal/load/track"
)

// ownPlaceholders are those that need no data.
var ownPlaceholders = []string{"client", "n", "uuid"}

// requests makes the requests of all clients. What is the same for all of them
// they share; what is not is made for each attempt anew and kept by none, so it
// costs no memory while a stream is open. It does not change, and any number of
// goroutines may use it.
type requests struct {
	config *Config
	nonce  uint64 // makes the UUIDs of this run others than those of any other

	targets []template.Template
	appends []template.Template // where live messages are appended to
	fixed   http.Header         // fields without placeholders
	varied  map[string][]template.Template
	user    template.Template // name:password, empty for none, or if it is in fixed
	body    template.Template
	isJSON  bool // the body is, whatever its values
}

// asker is who asks: a client with the stream that it is about to read.
type asker struct {
	client    int
	stream    int // unique in the run
	messageID string
	row       []string // of Config.Columns
}

// newRequests reads the placeholders of the configuration.
func (c *Config) newRequests(nonce uint64) (*requests, error) {
	r := &requests{config: c, nonce: nonce, fixed: http.Header{}, varied: map[string][]template.Template{}}
	names := slices.Concat(ownPlaceholders, c.Columns)
	var err error
	read := func(where, text string) (t template.Template) {
		if err == nil {
			if t, err = template.Parse(text, names...); err != nil {
				err = invalid("%s: %v", where, err)
			}
		}
		return t
	}
	for _, target := range c.targets() {
		r.targets = append(r.targets, read(fmt.Sprintf("address %q", Redacted(target)), target))
	}
	r.appends = r.targets
	if to := c.Live.AppendTo; to != "" {
		r.appends = []template.Template{read(fmt.Sprintf("--append-to %q", Redacted(to)), to)}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[name] {
			r.vary(name, read("--header "+name, value))
		}
	}
	r.user = read("--user", c.User)
	r.setBody(read("--body", c.Body))
	if err != nil {
		return nil, err
	}
	r.settle()
	return r, nil
}

func (r *requests) vary(name string, value template.Template) {
	name = http.CanonicalHeaderKey(name)
	r.varied[name] = append(r.varied[name], value)
}

// setBody looks whether the body is a JSON object or array once each
// placeholder has a value. A body that is nothing but a placeholder is not, as
// far as one knows: its value may be all of the JSON.
func (r *requests) setBody(body template.Template) {
	r.body = body
	sample := strings.TrimSpace(body.Expand(func(string) string { return "0" }))
	r.isJSON = sample != "" && strings.ContainsAny(sample[:1], "{[") && json.Valid([]byte(sample))
}

// settle moves what is the same for all to where they share it.
func (r *requests) settle() {
	same := asker{}
	for name, values := range r.varied {
		if slices.ContainsFunc(values, func(t template.Template) bool { return !t.Fixed() }) {
			continue
		}
		r.fixed[name] = r.expandAll(values, same)
		delete(r.varied, name)
	}
	if r.config.User != "" && r.user.Fixed() {
		r.fixed.Set("Authorization", basic(r.user.Expand(nil)))
		r.user = template.Template{}
	}
	if r.body.Fixed() {
		r.setType(r.fixed, r.body.Expand(nil))
	}
}

// setType says what the body looks like, unless the configuration does.
func (r *requests) setType(header http.Header, body string) {
	if _, told := r.config.Header["Content-Type"]; !told && body != "" {
		header.Set("Content-Type", contentType(body))
	}
}

// of is the request for the stream at one of the targets.
func (r *requests) of(who asker, target int) eventsource.Request {
	body := r.body.Expand(func(name string) string {
		value := r.value(name, who)
		if r.isJSON {
			return inJSON(value)
		}
		return value
	})
	header := r.header(who)
	if !r.body.Fixed() {
		header = header.Clone()
		r.setType(header, body)
	}
	return eventsource.Request{URL: r.streamURL(who, target), Method: r.config.Method, Header: header, Body: body}
}

// header must not be written to: it is shared if it can be.
func (r *requests) header(who asker) http.Header {
	if len(r.varied) == 0 && r.user.Fixed() {
		return r.fixed
	}
	header := r.fixed.Clone()
	for name, values := range r.varied {
		header[name] = r.expandAll(values, who)
	}
	if !r.user.Fixed() {
		header.Set("Authorization", basic(r.user.Expand(func(name string) string { return r.value(name, who) })))
	}
	return header
}

func (r *requests) expandAll(values []template.Template, who asker) (texts []string) {
	for _, t := range values {
		texts = append(texts, t.Expand(func(name string) string { return r.value(name, who) }))
	}
	return texts
}

// streamURL is what a client opens.
func (r *requests) streamURL(who asker, target int) string {
	address := r.address(who, target)
	if r.config.foreign() {
		return address
	}
	path := "/stream/"
	if r.config.Kind == track.Progress {
		path = "/progress/"
	}
	query := "?interval=" + r.config.Interval.String()
	if r.config.Live.On {
		query = "?unit=chunk" // as they come
	}
	return address + path + url.PathEscape(who.messageID) + query + r.config.faultQuery(who)
}

// address is that of one of the targets. Values are escaped as both a path and
// a query want it.
func (r *requests) address(who asker, target int) string { return r.expand(r.targets[target], who) }

func (r *requests) expand(address template.Template, who asker) string {
	return address.Expand(func(name string) string {
		return strings.ReplaceAll(url.QueryEscape(r.value(name, who)), "+", "%20")
	})
}

func (r *requests) value(name string, who asker) string {
	switch name {
	case "client":
		return strconv.Itoa(who.client)
	case "n":
		return strconv.Itoa(who.stream)
	case "uuid":
		return r.uuid(who.stream)
	}
	return who.row[slices.Index(r.config.Columns, name)]
}

// uuid is the same for each attempt of a stream, and needs not be kept for that
// (RFC 9562, section 5.8: a UUID of our own making).
func (r *requests) uuid(stream int) string {
	seed := binary.BigEndian.AppendUint64(nil, r.nonce)
	b := sha256.Sum256(binary.BigEndian.AppendUint64(seed, uint64(stream)))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // version 8, variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// basic is the value of an Authorization header (RFC 7617).
func basic(user string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user))
}

// inJSON is the text as it stands inside of a JSON string; a number stays as it
// is.
func inJSON(text string) string {
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	_ = out.Encode(text) // a text can be encoded
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// checkRequests finds out before the run what cannot be sent.
func (c *Config) checkRequests() error {
	r, err := c.newRequests(0)
	if err != nil {
		return err
	}
	if len(c.Columns) > 0 && !r.usesColumn() {
		return invalid("--data: no column is used; write {%s} in an address, a header value, --user or the body", strings.Join(c.Columns, "} or {"))
	}
	clients := 1 // the placeholders of our own do not make a difference
	if len(c.Columns) > 0 {
		clients = c.Clients
	}
	transport := c.transport(noAddress)
	for client := range clients {
		who := asker{client: client, stream: client, row: c.row(client)}
		for _, address := range slices.Concat(r.targets, r.appends) {
			if err := c.checkAddress(r.expand(address, who)); err != nil {
				return err
			}
		}
		for target := range r.targets {
			if err := r.of(who, target).Check(transport); err != nil {
				return invalid("the request of client %d: %v", client, err)
			}
		}
	}
	return nil
}

// usesColumn tells whether some placeholder is a column of Config.Columns.
func (r *requests) usesColumn() bool {
	texts := slices.Concat(r.targets, []template.Template{r.user, r.body}, slices.Concat(slices.Collect(maps.Values(r.varied))...))
	return slices.ContainsFunc(texts, func(t template.Template) bool { return slices.ContainsFunc(r.config.Columns, t.Has) })
}

// row is the client's values for placeholders.
func (c *Config) row(client int) []string {
	if client < len(c.Rows) {
		return c.Rows[client]
	}
	return nil
}
