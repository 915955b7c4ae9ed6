/// The settings that a command line can give; what it does not say is nil.
///
/// There is no flag for a secret, nor for a connection string that may hold one: arguments are seen by everybody on a machine.
package struct SettingsFlags: Sendable, Hashable {
  package var config: String?
  package var logLevel: String?
  package var logFormat: String?

  /// Describes what a command line says.
  package init(config: String? = nil, logLevel: String? = nil, logFormat: String? = nil) {
    self.config = config
    self.logLevel = logLevel
    self.logFormat = logFormat
  }
}
