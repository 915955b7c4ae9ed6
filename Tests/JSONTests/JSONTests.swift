import JSON
import Testing

@Suite("JSON values")
struct JSONTests {
  @Test(arguments: [
    "null", "true", "0", "-12.5", "123456789012345678", "\"é\\n\\\"\"", "[]", "[1,[2,{}]]",
    "{\"a\":null,\"b\":[false]}",
  ])
  func `a text read and written again is the same value`(text: String) throws {
    let value = try JSON(parsing: text)
    #expect(value.text == text)
    #expect(try JSON(parsing: value.text) == value)
  }

  @Test(arguments: ["", "{", "nul", "[1,]x", "\"\\ud800\""])
  func `what is no JSON is an error, not null`(text: String) {
    #expect(throws: (any Error).self) { try JSON(parsing: text) }
  }

  @Test
  func `members are sorted, so equal values give equal text`() {
    let value: JSON = ["b": 1, "a": ["y": true, "x": nil]]
    #expect(value.text == #"{"a":{"x":null,"y":true},"b":1}"#)
  }

  @Test
  func `numbers keep their digits`() throws {
    #expect(try JSON(parsing: "9007199254740993").integer == 9_007_199_254_740_993)
    #expect(try JSON(parsing: "1.5").integer == nil)
  }
}
