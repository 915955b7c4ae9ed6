import Hummingbird
import NIOCore

/// What the server knows of a request beside its bytes.
struct SandboxContext: InitializableFromSource {
  /// The connection, which some faults close.
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}
