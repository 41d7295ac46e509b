package plan

import (
	"time"

	"github.com/scalectl/scalectl/pkg/model"
)

// Account lends the account of these tests to those of package plan_test, which read
// specs and so cannot live in this package.
type Account struct{ account *account }

// NewAccount returns an account with an endpoint or component in service behind every
// target of the given states.
func NewAccount(now time.Time, states ...model.Desired) *Account {
	a := newAccount(now)
	for _, d := range states {
		a.serve(d)
	}
	return &Account{a}
}

// Observed returns what a reader would see.
func (a *Account) Observed() model.Observed { return a.account.observed() }

// Run carries out a plan; it refuses what AWS refuses.
func (a *Account) Run(p *Plan) error { return a.account.run(p) }

// At moves the account to another moment. Nothing fires.
func (a *Account) At(now time.Time) { a.account.now = now }

// SetBounds moves the bounds of a target, as a scheduled action or a hand would.
func (a *Account) SetBounds(address string, low, high int32) bool {
	t := a.target(address)
	if t == nil {
		return false
	}
	t.MinCapacity, t.MaxCapacity = low, high
	return true
}

// Unmark takes the tags off a target and its alarms.
func (a *Account) Unmark(address string) bool {
	t := a.target(address)
	if t == nil {
		return false
	}
	t.Tags = nil
	for _, alarm := range a.account.alarms {
		if alarm.Target == t.ID {
			alarm.Tags = nil
		}
	}
	return true
}

func (a *Account) target(address string) *model.ObservedTarget {
	for id, t := range a.account.targets {
		if id.Address() == address {
			return t
		}
	}
	return nil
}

// SetCapacity sets the capacity behind a target.
func (a *Account) SetCapacity(address string, n int32) bool {
	for name, c := range a.account.components {
		if model.ComponentTarget(name).Address() == address {
			c.DesiredCopyCount, c.CurrentCopyCount = n, n
			a.account.components[name] = c
			return true
		}
	}
	for _, e := range a.account.endpoints {
		for name, v := range e.Variants {
			switch address {
			case model.VariantTarget(e.Name, name, model.InstanceCount).Address():
				v.DesiredInstanceCount, v.CurrentInstanceCount = n, n
			case model.VariantTarget(e.Name, name, model.ProvisionedConcurrency).Address():
				v.ProvisionedConcurrency = n
			default:
				continue
			}
			e.Variants[name] = v
			return true
		}
	}
	return false
}
