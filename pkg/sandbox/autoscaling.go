package sandbox

import "net/http"

// autoScalingService is Application Auto Scaling: JSON 1.1 (fact 1).
func autoScalingService() *service {
	return &service{
		name: ServiceAutoScaling, targetPrefix: "AnyScaleFrontendService", jsonVersion: "1.1",
		validationCode: "ValidationException", accessDenied: "AccessDeniedException",
		deniedStatus: http.StatusBadRequest, operations: nil,
	}
}
