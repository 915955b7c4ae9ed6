import Jira
import Mapping

extension [FieldWrite] {
  /// Cuts texts further that JIRA refused as too long; each text once.
  ///
  /// - Parameters:
  ///   - says: what JIRA said of fields, by their ids.
  ///   - mapping: the mapping of the plan.
  /// - Returns: the names of the fields that were cut.
  package mutating func cutFurther(
    refusedBy says: [String: String], mapping: ResolvedMapping
  ) -> Set<String> {
    var cut: Set<String> = []
    for place in indices {
      let write = self[place]
      guard !write.isCutFurther, let said = says[write.fieldID], let field = mapping[write.field],
        case .text(let text) = write.value,
        let shorter = FieldCodec.cutFurther(
          text, as: write.type, refused: said, dialect: field.dialect),
        // A text that cannot be encoded is left as it is, and JIRA refuses it again.
        var changed = try? field.write(.text(shorter), over: write.old)
      else { continue }
      changed.isCutFurther = true
      self[place] = changed
      cut.insert(write.field)
    }
    return cut
  }
}
