/// What was asked for cannot be done as it was asked.
struct UsageError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}
