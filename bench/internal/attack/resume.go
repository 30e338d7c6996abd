package attack

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// fromEnd is how many characters before the end a client resumes. For a body of
// 1 MiB that is after the character 1048553.
const fromEnd = 9

// resume lets clients read the end of a long text, each with the id of a
// character near it.
func resume(ctx context.Context, t *target) error {
	characters := t.Body - len(envelope)
	path, err := t.submit(ctx, strings.Repeat("a", characters))
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodGet, t.base+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("attack: %w", err)
	}
	request.Header.Set("Last-Event-ID", strconv.Itoa(characters-fromEnd))
	t.repeat(ctx, func(ctx context.Context) { t.do(ctx, request) })
	return nil
}
