import Foundation
import JSON
import Simulation
import TestSupport

/// Makes broken inputs out of good ones; what it makes follows from its seed.
struct Mutator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Bytes of a good input with some put in, left out, doubled or replaced.
  mutating func broken(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 1: bytes.insert(contentsOf: Self.trouble.randomElement(using: &random) ?? [], at: place)
      case 2 where !bytes.isEmpty: bytes.remove(at: place)
      case 3 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 4 where !bytes.isEmpty: bytes.removeSubrange(place..<min(bytes.count, place + 20))
      default:
        let end = min(bytes.count, place + Int.random(in: 0...60, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return Array(bytes.prefix(20_000))
  }

  /// A good value with some of its parts replaced by others, so that it is still JSON and means something else.
  mutating func broken(_ json: JSON, depth: Int = 0) -> JSON {
    if Int.random(in: 0..<12, using: &random) == 0 { return odd(json, depth) }
    switch json {
    case .array(let elements):
      var elements = elements.map { broken($0, depth: depth + 1) }
      if Int.random(in: 0..<8, using: &random) == 0,
        let one = elements.randomElement(using: &random)
      {
        elements.append(one)
      }
      return .array(elements)
    case .object(let members):
      var members = members.mapValues { broken($0, depth: depth + 1) }
      if Int.random(in: 0..<8, using: &random) == 0,
        let name = members.keys.sorted().randomElement(using: &random)
      {
        members[name] = nil
      }
      return .object(members)
    default: return json
    }
  }

  private mutating func odd(_ json: JSON, _ depth: Int) -> JSON {
    switch Int.random(in: 0..<9, using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number(Decimal(string: "1e400") ?? 0)
    case 3: return .number(Decimal(Int.random(in: -9_007_199_254_740_993...9, using: &random)))
    case 4:
      let bytes = (0..<3).flatMap { _ in Self.trouble.randomElement(using: &random) ?? [] }
      return .string(String(decoding: bytes, as: UTF8.self))
    case 5: return .array([json, json])
    case 6: return .object(["type": "paragraph", "content": json])
    case 7 where depth < 3:
      // As deep as parsers let it be.
      return (0..<200).reduce(json) { inner, _ in
        .object(["type": "blockquote", "content": [inner]])
      }
    default: return .object([:])
    }
  }

  /// Whether the next input is to be broken byte by byte.
  mutating func flip() -> Bool { Bool.random(using: &random) }

  /// One of some.
  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.randomElement(using: &random)
  }

  private static let trouble: [[UInt8]] = [
    Array("\\ud800".utf8), Array("\\u0000".utf8), [0xff, 0xfe], [0xed, 0xa0, 0x80], [0],
    Array("1e999999".utf8), Array("-".utf8), Array("[[[[[[[[".utf8), Array("{\"a\":".utf8),
    Array("\u{202e}".utf8), Array("&a *a".utf8), Array("<<: *a".utf8), Array("!!binary ".utf8),
    Array("'\"".utf8), Array("\r\n\t".utf8), Array("{code}".utf8), Array("null".utf8),
  ]
}
