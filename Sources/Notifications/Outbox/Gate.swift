/// What a channel gets at most one message of in a while: a kind of event, coming or going.
struct Gate: Sendable, Hashable {
  var kind: String
  var resolves: Bool
}
