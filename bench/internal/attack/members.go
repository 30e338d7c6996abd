package attack

import (
	"context"
	"strings"
)

// members lets clients send bodies of which the message is the least part.
func members(ctx context.Context, t *target) error {
	body := t.withMembers()
	t.repeat(ctx, func(ctx context.Context) {
		request, err := t.post(body)
		if err != nil {
			t.tally.cut(err)
			return
		}
		t.do(ctx, request)
	})
	return nil
}

// withMembers is a body of the attack's size, full of members of eight bytes,
// each with another name: 131 071 of them in 1 MiB.
//
//	{"AAA":0,"AAB":0,…,"message":"x"}
func (a Attack) withMembers() string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	const last = `"message":"x"}`
	var b strings.Builder
	b.WriteByte('{')
	for n := 0; b.Len()+len(`"AAA":0,`)+len(last) <= a.Body; n++ {
		b.WriteByte('"')
		for _, shift := range []int{12, 6, 0} {
			b.WriteByte(digits[n>>shift&63])
		}
		b.WriteString(`":0,`)
	}
	b.WriteString(last)
	return b.String()
}
