import Jira
import Mapping

extension ResolvedField {
  /// The write that gives the issue a value.
  func write(_ value: FieldValue, over old: FieldValue) throws(FieldProblem) -> FieldWrite {
    // What a row's writer wrote is no right to issues of other projects.
    if let parentProject, case .option(let key) = value,
      IssueReference.project(ofKey: key).lowercased() != parentProject.lowercased()
    {
      throw problem(
        "names \(key) as a parent, and only issues of the project \(parentProject) may be one; change the column"
      )
    }
    return FieldWrite(
      field: name, columns: mapping.columns, fieldID: fieldID, type: type, value: value,
      json: try encoded(value), old: old, isShared: isSharedLabels)
  }
}
