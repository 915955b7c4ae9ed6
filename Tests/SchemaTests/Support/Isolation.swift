/// The isolation levels of Postgres, as BEGIN takes them.
enum Isolation: String, CaseIterable, Sendable {
  case readCommitted = "read committed"
  case repeatableRead = "repeatable read"
  case serializable
}
