import Testing
import Yams

@testable import SyncConfiguration

/// What a YAML text is read as, and how what is wrong with it is said.
struct NodeTests {
  /// The problem of a text, with its place; nil where it can be read.
  private func problem(_ yaml: String) -> String? {
    do throws(YAMLError) {
      _ = try Node.parse(yaml)
      return nil
    } catch {
      return error.description
    }
  }

  private func scalar(_ yaml: String) throws -> Node {
    try #require(try Node.parse(yaml))
  }

  @Test(arguments: ["", "# only a comment\n", "\n\n"])
  func `a text without a document has no root`(yaml: String) throws {
    #expect(try Node.parse(yaml) == nil)
  }

  @Test
  func `members and elements keep their order and their places`() throws {
    guard case .mapping(let members)? = try Node.parse("b: 1\na:\n  - x\n  - ü y\n") else {
      Issue.record("not a mapping")
      return
    }
    #expect(members.map(\.key.string) == ["b", "a"])
    guard case .sequence(let elements) = members[1].value else {
      Issue.record("not a sequence")
      return
    }
    #expect(elements.map(\.string) == ["x", "ü y"])
    #expect(members[1].value.mark?.description == "3:3")
    #expect(elements[1].mark?.description == "4:5")
  }

  /// A reader that forgets the quotes takes the text "no" for a false and "30" for a number.
  @Test(arguments: ["no", "30", "null", ""])
  func `what is in quotes is a text, whatever it looks like`(word: String) throws {
    for yaml in ["\"\(word)\"", "'\(word)'"] {
      let node = try scalar(yaml)
      #expect(node.string == word)
      #expect(
        node.plainBool == nil && node.plainInt == nil && node.plainNumber == nil && !node.isNull)
    }
  }

  @Test
  func `plain words are what YAML 1.1 says`() throws {
    #expect(try scalar("yes").plainBool == true)
    #expect(try scalar("Off").plainBool == false)
    #expect(try scalar("y").plainBool == nil)
    #expect(try scalar("-7").plainInt == -7)
    #expect(try scalar("1.5").plainNumber == 1.5)
    #expect(try scalar("1.5").plainInt == nil)
    #expect(try scalar("1e").plainNumber == nil)
    #expect(try scalar("nan").plainNumber == nil)
    #expect(try scalar("~").isNull)
    #expect(try scalar("null").isNull)
  }

  @Test
  func `an alias stands for what it names`() throws {
    guard case .sequence(let elements)? = try Node.parse("[&a {k: v}, *a]") else {
      Issue.record("not a sequence")
      return
    }
    for element in elements {
      guard case .mapping(let members) = element else {
        Issue.record("not a mapping")
        continue
      }
      #expect(members.map(\.value.string) == ["v"])
    }
  }

  @Test(arguments: [
    ("a: [1\nb: 2\n", "line 2"), ("a: 1\na: 2\n", "'a' twice; keep one, line 1, column 1"),
    ("a: *nobody\n", "undefined alias"), ("a: 1\n---\nb: 2\n", "second document"),
    ("\tb: 1\n", "line 1"),
  ])
  func `what is wrong is said with its place`(yaml: String, part: String) throws {
    let problem = try #require(self.problem(yaml), "it was read")
    #expect(problem.contains(part), "\(problem)")
  }

  /// Followed as it stands, this would end in a stack that is full.
  @Test
  func `an alias to what it is a part of is refused`() throws {
    #expect(try #require(problem("&a [*a]")).contains("alias"))
  }

  /// Nine lines that stand for a thousand million nodes; copied as they stand, they fill the memory.
  @Test
  func `aliases of aliases do not fill the memory`() throws {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(try #require(problem(yaml)).contains("more than 100000 nodes"))
  }
}
