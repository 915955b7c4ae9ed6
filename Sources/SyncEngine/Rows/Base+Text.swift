import FoundationEssentials
import Planning

extension Base {
  /// The base as it is stored with the link.
  func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
}
