package plan

// Status is what became of a change during an apply.
type Status string

// The statuses.
const (
	Done       Status = "done"        // carried out, or found already done
	Failed     Status = "failed"      // AWS refused it or could not be reached
	Stale      Status = "stale"       // the live object moved since the plan; nothing was written
	NotStarted Status = "not-started" // something before it failed, or the run was interrupted
)

// Outcome is the end of one change. Calls counts the mutating calls that were made.
type Outcome struct {
	Address string `json:"address"`
	Action  Action `json:"action"`
	Status  Status `json:"status"`
	Calls   int    `json:"calls"`
	Error   string `json:"error,omitempty"`
}
