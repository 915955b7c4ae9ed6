/// The settings that a command line can give; what it does not say is nil.
///
/// There is no flag for a secret, nor for a connection string that may hold one: arguments are seen by everybody on a machine.
struct SettingsFlags: Sendable, Hashable {
  var config: String?
  var logLevel: String?
  var logFormat: String?
}
