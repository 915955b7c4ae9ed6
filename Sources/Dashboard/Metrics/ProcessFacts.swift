import FoundationEssentials
import Glibc

/// What the system says of this process, from `/proc/self`; nil where it does not say it.
struct ProcessFacts: Sendable {
  /// Resident memory in bytes: field 2 of `statm`, in pages (proc(5)).
  let residentBytes: Int?
  /// Virtual memory in bytes: field 1 of `statm`.
  let virtualBytes: Int?
  /// Processor time that was used, in seconds, of user and kernel.
  let processorSeconds: Double
  /// How many descriptors are open.
  let openDescriptors: Int?

  /// Looks now.
  static func current() -> ProcessFacts {
    let statm = text(at: "/proc/self/statm")?.split(separator: " ").compactMap { Int($0) }
    let page = sysconf(Int32(_SC_PAGESIZE))
    // Where there is no /proc the figure is left out.
    let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    return ProcessFacts(
      residentBytes: statm.flatMap { $0.count > 1 ? $0[1] * page : nil },
      virtualBytes: statm.flatMap { $0.first.map { $0 * page } },
      processorSeconds: Double(clock()) / Double(CLOCKS_PER_SEC),
      // One of them is for the looking.
      openDescriptors: descriptors.map { max($0.count - 1, 0) })
  }

  /// nil where there is no /proc: the figure is left out.
  private static func text(at path: String) -> String? {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
  }
}
