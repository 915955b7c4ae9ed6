/// Turns values into what JIRA's API takes and back.
///
/// Pure: for every `value` that `encode` takes, reading back what was written gives `fit(value)`.
public enum FieldCodec {}
