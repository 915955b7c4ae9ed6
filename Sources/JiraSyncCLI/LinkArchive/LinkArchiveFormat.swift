import Foundation
import JSON

/// The first and the last line of a file of saved links.
enum LinkArchiveFormat {
  static let name = "jira-sync links"
  static let version = 1

  /// Says what the file is.
  static var header: JSON { ["format": .string(name), "version": .number(Decimal(version))] }

  /// Says that the file is complete.
  static func end(_ counts: LinkArchiveCounts) -> JSON {
    ["end": .object(counts.records.mapValues { .number(Decimal($0)) })]
  }
}
