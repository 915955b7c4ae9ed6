/// Dates in HTTP headers: RFC 9110, 5.6.7.
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Milliseconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else, the two obsolete forms included.
  static func parse(_ text: String) -> Int64? {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
      let month = months.firstIndex(of: parts[2])
    else { return nil }
    let padded = JiraTimestamp.padded(Int64(month) + 1, 2)
    return JiraTimestamp.parse("\(parts[3])-\(padded)-\(parts[1])T\(parts[4])Z")
  }
}
