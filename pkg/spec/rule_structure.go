package spec

import (
	"slices"

	"github.com/scalectl/scalectl/pkg/diag"
)

// The ids of the structural rules.
const (
	ruleEncoding         = "encoding"
	ruleFileLimits       = "file-limits"
	ruleYAMLSyntax       = "yaml-syntax"
	ruleTab              = "tab"
	ruleAnchor           = "anchor"
	ruleTag              = "yaml-tag"
	ruleUnquotedVariable = "unquoted-variable"
	ruleYAML11Boolean    = "yaml11-boolean"
	ruleNumberFormat     = "number-format"
	ruleDuplicateKey     = "duplicate-key"

	ruleEmptySpec     = "empty-spec"
	ruleAPIVersion    = "api-version"
	ruleUnknownKey    = "unknown-key"
	ruleRequired      = "required"
	ruleWrongType     = "wrong-type"
	ruleEnum          = "enum"
	ruleFormat        = "format"
	ruleDuration      = "duration"
	rulePercent       = "percent"
	ruleTimestamp     = "timestamp"
	ruleOwned         = "owned-endpoint"
	ruleTargetRole    = "target-role"
	ruleVariable      = "variable"
	ruleEnvVarMissing = "env-var-missing"

	ruleConflict      = "conflicting-value"
	ruleDuplicateName = "duplicate-name"
	ruleEnvironment   = "environment-unknown"
	rulePatch         = "patch-unknown"
	ruleUnknownPolicy = "unknown-policy"
	ruleAmbiguous     = "ambiguous-policy"
	rulePolicyType    = "policy-type"
	ruleDimension     = "dimension-mismatch"
	ruleAlarmChoice   = "alarm-or-alarms"

	ruleSuppression       = "suppression"
	ruleUnusedSuppression = "unused-suppression"
)

// reserved is a key that means something to a reader of AWS's documentation, or to a
// later version, and is refused with its own reason.
type reserved struct{ rule, message, hint string }

// reservedKeys holds the reserved keys by the Go type of the object.
var reservedKeys = map[string]map[string]reserved{
	"Fleet": {
		"models": owned("models"),
	},
	"Endpoint": {
		"dataCapture":      owned("dataCapture"),
		"deployment":       owned("deployment"),
		"executionRoleArn": owned("executionRoleArn"),
		"kmsKeyId":         owned("kmsKeyId"),
		"shadowVariants":   owned("shadowVariants"),
		"vpc":              owned("vpc"),
	},
	"Async": {
		"s3OutputPath":  owned("s3OutputPath"),
		"s3FailurePath": owned("s3FailurePath"),
		"notifications": owned("notifications"),
		"kmsKeyId":      owned("kmsKeyId"),
	},
	"Variant": {
		"model":                  owned("model"),
		"initialInstanceCount":   owned("initialInstanceCount"),
		"initialVariantWeight":   owned("initialVariantWeight"),
		"managedInstanceScaling": owned("managedInstanceScaling"),
		"routingConfig":          owned("routingConfig"),
	},
	"Component": {
		"model":     owned("model"),
		"copyCount": owned("copyCount"),
		"variant":   owned("variant"),
	},
	"Scaling": {
		"role":    role("role"),
		"roleArn": role("roleArn"),
		"roleARN": role("roleARN"),
	},
}

func owned(key string) reserved {
	return reserved{
		rule:    ruleOwned,
		message: `"` + key + `" belongs to an endpoint that scalectl makes, and this version manages scaling only`,
		hint:    "make the endpoint elsewhere, remove the key, and keep what stands under scaling",
	}
}

func role(key string) reserved {
	return reserved{
		rule:    ruleTargetRole,
		message: `"` + key + `" cannot be set: Application Auto Scaling uses its service-linked role for SageMaker and replaces any other`,
		hint:    "remove it; AWS makes AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint with the first target",
	}
}

// structuralRules are the rules that the loader applies while it reads. They have no
// check function. The errors among them cannot be suppressed, and keep the object they
// are about from the other rules.
func structuralRules() []Rule {
	rules := slices.Concat(yamlRules(), grammarRules(), fleetRules(), suppressionRules())
	for i := range rules {
		rules[i].Structural = rules[i].Severity == diag.Error
	}
	return rules
}
