package logs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap/zapcore"
)

// settings are all settings in use, and which of them are not at their defaults.
type settings struct {
	all     zapcore.ObjectMarshaler
	differs func(name string) bool
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (s settings) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	return s.all.MarshalLogObject(brief{enc})
}

// changed are those that differ, as they are written on the command line.
func (s settings) changed() string {
	all := zapcore.NewMapObjectEncoder()
	if err := s.MarshalLogObject(all); err != nil {
		return word(err.Error())
	}
	var flags []string
	for _, name := range slices.Sorted(maps.Keys(all.Fields)) {
		if s.differs(name) {
			flags = append(flags, "--"+word(name+"="+fmt.Sprint(all.Fields[name])))
		}
	}
	return strings.Join(flags, " ")
}

// brief is an ObjectEncoder that cuts texts.
type brief struct{ zapcore.ObjectEncoder }

// maxSetting is how many bytes of a line a setting's value may take. About a dozen can be
// that long: paths, origins, addresses.
const maxSetting = 192

func (b brief) AddString(key, value string) {
	b.ObjectEncoder.AddString(key, clipTo(value, maxSetting))
}
