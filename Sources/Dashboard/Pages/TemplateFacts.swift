/// Facts as dictionaries, read once. Mustache itself reads all fields of a structure anew for each name that a template asks for, and
/// those of all structures around it where the name is not found: much, on a page of thirty panels.
enum TemplateFacts {
    /// Structures become dictionaries, within others and in arrays as well; what has words of its own stays as it is, and what is nil is
    /// left out, so that a name leads on to what is around.
    static func dictionaries(of value: Any) -> Any? {
        if value is any LosslessStringConvertible { return value }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { dictionaries(of: $0.value) }
        case .collection: return mirror.children.compactMap { dictionaries(of: $0.value) }
        case .struct where !(value is any CustomStringConvertible):
            var fields: [String: Any] = [:]
            for (label, field) in mirror.children {
                if let label, let facts = dictionaries(of: field) { fields[label] = facts }
            }
            return fields
        default: return value
        }
    }
}
