package import Contract
import Kernel
import Tracking

/// What went wrong, as MLflow's server says it: one of its codes and a message.
package struct MLflowError: Error, Sendable, Equatable {
    /// The codes of `databricks.proto` that this server sends.
    package enum Code: String, Sendable, CaseIterable {
        case internalError = "INTERNAL_ERROR"
        case temporarilyUnavailable = "TEMPORARILY_UNAVAILABLE"
        case deadlineExceeded = "DEADLINE_EXCEEDED"
        case badRequest = "BAD_REQUEST"
        case invalidParameterValue = "INVALID_PARAMETER_VALUE"
        case endpointNotFound = "ENDPOINT_NOT_FOUND"
        case invalidState = "INVALID_STATE"
        case permissionDenied = "PERMISSION_DENIED"
        case unauthenticated = "UNAUTHENTICATED"
        case notImplemented = "NOT_IMPLEMENTED"
        case resourceExhausted = "RESOURCE_EXHAUSTED"
        case requestLimitExceeded = "REQUEST_LIMIT_EXCEEDED"
        case resourceAlreadyExists = "RESOURCE_ALREADY_EXISTS"
        case resourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST"
        case resourceConflict = "RESOURCE_CONFLICT"
        case cancelled = "CANCELLED"

        var status: Int {
            switch self {
            case .internalError, .invalidState: 500
            case .temporarilyUnavailable: 503
            case .deadlineExceeded: 504
            case .badRequest, .invalidParameterValue, .resourceAlreadyExists: 400
            case .endpointNotFound, .resourceDoesNotExist: 404
            case .permissionDenied: 403
            case .unauthenticated: 401
            case .notImplemented: 501
            case .resourceExhausted, .requestLimitExceeded: 429
            case .resourceConflict: 409
            case .cancelled: 499
            }
        }
    }

    package let code: Code
    package let message: String
    /// Other than the code's own.
    private let ownStatus: Int?

    package init(_ code: Code, _ message: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.ownStatus = status
    }

    package var status: Int { self.ownStatus ?? self.code.status }

    /// Any error as this API says it: its own as they are, our faults by their kind, the rest without their text.
    package init(any error: any Error) {
        switch error {
        case let error as MLflowError: self = error
        case let error as TrackingError: self.init(error.code ?? Self.code(of: error.kind), error.message)
        case let fault as any Fault: self.init(Self.code(of: fault.kind), fault.message)
        default: self.init(.internalError, "Something unforeseen went wrong. This is a bug of the server.")
        }
    }

    private static func code(of kind: FaultKind) -> Code {
        switch kind {
        case .invalid: .invalidParameterValue
        case .unauthenticated: .unauthenticated
        case .forbidden: .permissionDenied
        case .notFound: .resourceDoesNotExist
        case .conflict: .resourceConflict
        case .exhausted: .resourceExhausted
        case .unavailable: .temporarilyUnavailable
        case .deadline: .deadlineExceeded
        case .cancelled: .cancelled
        case .bug: .internalError
        }
    }

    package var answer: Answer {
        // Who is refused at the door gets a sentence, as from MLflow's own app, whose clients look for it.
        if self == Self.unauthenticated || self == Self.permissionDenied {
            return Answer(
                status: self.status, contentType: "text/html; charset=utf-8", headers: self.headers,
                body: .bytes(Array(self.message.utf8)))
        }
        var writer = MLflowWriter(isIndented: false)
        writer.object {
            $0.field("error_code", self.code.rawValue)
            $0.field("message", self.message)
            $0.field("sqlstate", self.code.sqlState)
            $0.field("error_class", self.code.errorClass)
        }
        return Answer(
            status: self.status, contentType: "application/json", headers: self.headers, body: .bytes(writer.bytes))
    }

    private var headers: [String: String] {
        self.code == .unauthenticated ? ["www-authenticate": "Basic realm=\"mlflow\""] : [:]
    }
}

extension MLflowError {
    static func endpointNotFound(_ path: Substring) -> MLflowError {
        MLflowError(.endpointNotFound, "There is no \(path.prefix(200)) in the MLflow API of this server.")
    }

    static func methodNotAllowed(_ path: Substring) -> MLflowError {
        MLflowError(.endpointNotFound, "\(path.prefix(200)) does not answer this method.", status: 405)
    }

    static let permissionDenied = MLflowError(.permissionDenied, "Permission denied")
    static let unauthenticated = MLflowError(
        .unauthenticated,
        "You are not authenticated. Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and "
            + "MLFLOW_TRACKING_PASSWORD, and try again."
    )

    static func runIsOver(_ run: String) -> MLflowError {
        MLflowError(
            .unauthenticated, "The run \(run) has ended, and with it the token that its command was given.")
    }

    static func missing(_ field: String) -> MLflowError {
        MLflowError(
            .invalidParameterValue,
            "Missing value for required parameter '\(field)'. "
                + "See the API docs for more information about request parameters.")
    }

    /// A value of the wrong type.
    static func invalid(_ value: JSONValue, for field: String) -> MLflowError {
        let type =
            switch value {
            case .null: "NoneType"
            case .bool: "bool"
            case .integer: "int"
            case .number: "float"
            case .string: "str"
            case .array: "list"
            case .object: "dict"
            }
        let text = value.stringValue.map(PythonText.json) ?? value.text
        return MLflowError(
            .invalidParameterValue,
            "Invalid value \(text) for parameter '\(field)' supplied:  Hint: Value was of type '\(type)'. "
                + "See the API docs for more information about request parameters.")
    }
}
