/// A transition wants something that no column gives.
struct ScreenObstacle: Error, CustomStringConvertible {
  let transition: String
  let field: String

  var description: String {
    "the transition \(transition) requires \(field), which no column gives"
  }
}
