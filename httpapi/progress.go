package httpapi

import (
	"net/http"
	"runtime"
	"strconv"

	"sseserver/broker"
	"sseserver/internal/answer"
)

// putProgress answers PUT /messages/{messageId}/progress: it tells how far the job of
// a live message is.
func (s *Server) putProgress(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(w)
	message, err := s.advance(x, r)
	if err != nil {
		x.reject(problemOf(err).about(message))
		return
	}
	runtime.Gosched() // streams that are due go first, with what was just told
	answer.JSON(w, http.StatusOK, struct {
		Status  string `json:"status"`
		Percent int    `json:"percent"`
	}{"ok", message.Percent})
}

// advance passes on what the body of r tells. Its error is one for problemOf.
func (s *Server) advance(x *exchange, r *http.Request) (*broker.Message, error) {
	id, content, err := x.readNote(r)
	if err != nil {
		return nil, err
	}
	o, err := parseObject(content)
	if err != nil {
		return nil, err
	}
	percent, err := o.percent()
	if err != nil {
		return nil, err
	}
	activity, _, err := o.text("chunk")
	if err != nil {
		return nil, err
	}
	return s.config.Broker.PutProgress(r.Context(), id, percent, activity)
}

// percent returns the member of that name, or a *problem.
func (o object) percent() (int, error) {
	value, err := o.member("percent")
	if err != nil {
		return 0, err
	}
	percent, err := strconv.Atoi(string(value))
	if err != nil || percent < 0 || percent > 100 {
		return 0, invalidParameter("percent", `"percent" must be a whole number from 0 to 100`).between("0", "100")
	}
	return percent, nil
}
