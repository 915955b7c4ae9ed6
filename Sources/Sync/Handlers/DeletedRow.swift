import JSON

/// What the trigger of a table reports of a deleted row.
struct DeletedRow: Sendable, Hashable {
  /// What users called the row at last, where that is known.
  var label: String?

  /// Reads `args.deleted` of a job.
  init(_ json: JSON) { label = json["label"]?.string }
}
