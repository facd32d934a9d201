import Contract

/// The beginning of what went into a trace or came out of it, for lists: of a chat, what was said last.
enum TracePreview {
    /// Characters of a preview, its three dots included.
    static let maximumLength = 1000

    /// - Parameter role: whose message is shown when `value` is a chat: `user` or `assistant`.
    static func text(of value: SpanValue, role: String) -> String {
        let whole = value.json
        var content = whole
        if let messages = Self.messages(in: value), let text = Self.lastText(of: messages, role: role), !text.isEmpty {
            content = text
        }
        guard content.count > Self.maximumLength else { return content }
        return content.prefix(Self.maximumLength - 3) + "..."
    }

    /// The messages of a request or an answer in the forms of OpenAI's APIs; nil when it is none, or has none.
    private static func messages(in value: SpanValue) -> [SpanValue]? {
        for key in ["messages", "input", "output"] {
            if case .array(let elements) = value[key], !elements.isEmpty {
                return elements.filter { $0["role"] != nil && $0["content"] != nil }
            }
            if key == "messages", case .array(let choices) = value["choices"], let message = choices.first?["message"],
                message["role"] != nil, message["content"] != nil
            {
                return [message]
            }
        }
        return value["request"].flatMap(Self.messages)
    }

    private static func lastText(of messages: [SpanValue], role: String) -> String? {
        guard let message = messages.last(where: { $0["role"]?.textValue == role }) ?? messages.last else { return nil }
        switch message["content"] {
        case .text(let text): return text
        case .array(let parts):
            for part in parts {
                if let text = part.textValue { return text }
                if ["text", "output_text"].contains(part["type"]?.textValue) { return part["text"]?.textValue }
            }
            return nil
        default: return nil
        }
    }
}
