package sandbox

import "net/http"

// stsService is the Security Token Service: the query protocol only, and of it only what
// tells a client who it is.
func stsService() *service {
	return &service{
		name: ServiceSTS, version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		validationCode: "ValidationError", accessDenied: "AccessDenied", deniedStatus: http.StatusForbidden,
		operations: []Operation{{Name: "GetCallerIdentity", input: Struct(), handle: getCallerIdentity}},
	}
}

// getCallerIdentity answers with the server's account, whoever asks.
//
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func getCallerIdentity(c *Call) (Map, error) {
	return Map{
		"Account": c.AccountID,
		"Arn":     "arn:aws:iam::" + c.AccountID + ":user/sandbox",
		"UserId":  "AIDASANDBOXUSER000000",
	}, nil
}
