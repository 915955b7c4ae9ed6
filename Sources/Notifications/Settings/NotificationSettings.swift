import JSON

/// The section `notifications` of `jira-sync.yaml`: what goes where.
public struct NotificationSettings: Sendable, Hashable {
  /// The rule of each channel; nil switches it off, configured or not.
  public var rules: [String: ChannelRule]

  /// The channels that there are, and whether they are on when the file does not name them.
  static let channels = [("email", true), ("slack", true), ("jira", false)]

  /// What holds where the file says nothing: e-mail and Slack, where they are configured, get warnings and errors.
  public init() {
    rules = Dictionary(
      uniqueKeysWithValues: Self.channels.filter(\.1).map { ($0.0, ChannelRule()) })
  }

  /// Reads the section.
  ///
  /// - Parameters:
  ///   - section: the section as the file has it; nil where it has none.
  ///   - file: the file, for errors.
  /// - Throws: `NotificationSettingsError` with everything that is wrong.
  public init(
    _ section: JSON?, file: String = "jira-sync.yaml"
  ) throws(NotificationSettingsError) {
    self.init()
    guard let section, !section.isNull else { return }
    var reader = SectionReader()
    reader.read(section, into: &rules)
    guard reader.problems.isEmpty else {
      throw NotificationSettingsError(reader.problems, file: file)
    }
  }
}
