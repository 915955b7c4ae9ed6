/// The version of the API that was asked: it decides how documents are written.
enum APIVersion: String, Sendable {
  case v2 = "2"
  case v3 = "3"
}
