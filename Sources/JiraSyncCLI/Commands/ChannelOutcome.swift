import JSON
import Notifications

/// What came back when a message was sent to a channel.
struct ChannelOutcome: Sendable {
  let channel: String
  let destination: String
  /// `done`, or what the process ends with because of it.
  let status: ExitStatus
  /// What the receiver said, or why nothing was sent.
  let reply: String

  /// Sends it.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - channel: where it goes.
  init(sending message: Message, to channel: any NotificationChannel) async {
    self.channel = channel.name
    destination = channel.destination
    do throws(ChannelError) {
      reply = try await channel.send(message)
      status = .done
    } catch {
      reply = error.description
      status = error.fate == .later ? .unavailable : .failed
    }
  }

  /// A line for people.
  var text: String {
    let word = status == .done ? "sent" : "FAILED"
    return "\(channel): \(word) to \(destination): \(reply)"
  }

  var json: JSON {
    [
      "channel": .string(channel), "destination": .string(destination),
      "sent": .bool(status == .done), "reply": .string(reply),
    ]
  }
}
