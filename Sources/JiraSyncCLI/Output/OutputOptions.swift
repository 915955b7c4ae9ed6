import ArgumentParser
import JSON

/// What every listing takes.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Write JSON.")
  var json = false

  /// Writes a listing: an array of objects, or a table, or a sentence where there is nothing.
  ///
  /// - Parameters:
  ///   - records: the entries.
  ///   - nothing: what to say where there are none.
  ///   - table: the table for people.
  func write(_ records: [Record], nothing: String, table: (TextTable.Type) -> TextTable) {
    if json {
      StandardStream.output.write(JSON.array(records.map(\.json)))
    } else if records.isEmpty {
      StandardStream.output.write(nothing)
    } else {
      StandardStream.output.write(table(TextTable.self).text(for: Terminal(.output)))
    }
  }
}
