import Tracking

extension MLflowError.Code {
    /// What class of error it is, as 3.17 says beside the code; nil where that says nothing.
    ///
    /// - Source: MLflow 3.17.2, `error_classification.py`.
    var errorClass: String? {
        switch self {
        case .badRequest, .invalidParameterValue: "INVALID_PARAMETER_VALUE"
        case .endpointNotFound, .resourceDoesNotExist: "RESOURCE_NOT_FOUND"
        case .internalError, .invalidState, .temporarilyUnavailable: "CLIENT_INTERNAL_ERROR"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceAlreadyExists: "RESOURCE_ALREADY_EXISTS"
        default: nil
        }
    }

    /// `KAM00` for what the caller can mend, `XXM00` for what only the server's side can.
    var sqlState: String? {
        switch self.errorClass {
        case nil: nil
        case "CLIENT_INTERNAL_ERROR": "XXM00"
        default: "KAM00"
        }
    }
}

extension TrackingError {
    /// Where MLflow's code is not the one that the kind has.
    var code: MLflowError.Code? {
        switch self {
        case .experimentExists: .resourceAlreadyExists
        case .renamedWhileDeleted: .invalidState
        default: nil
        }
    }
}
