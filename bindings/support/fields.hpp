// How a plain struct or an enumeration of visionkit is described to Python: by one line that lists its members. Keyword
// constructors, defaults, reading back, repr, pickling, the messages about unknown names, the stubs and the parity test
// all come from that line; see bindings/fields/.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace visionkit::python {

/// Describes a struct: `name`, and `list`, a tuple of its fields in the order of their declaration.
template <class T>
struct Fields;

/// Describes an enumeration: `name`, and `list`, the enumerators with the strings that stand for them in Python.
template <class T>
struct Enumerators;

template <class T, class Member>
struct Field {
  const char* name;
  Member T::*member;
};

template <class T, class Member>
constexpr Field<T, Member> field(const char* name, Member T::*member) {
  return {name, member};
}

template <class T>
struct Enumerator {
  const char* name;
  T value;
};

template <class T>
concept Described = requires {
  Fields<T>::list;
};

template <class T>
concept DescribedEnum = requires {
  Enumerators<T>::list;
};

/// Options, and what they are made of, give their lists as tuples, results theirs as arrays.
template <Described T>
constexpr bool is_options() {
  for (const std::string_view end : {"Options", "Limits", "Context", "Level"}) {
    if (std::string_view(Fields<T>::name).ends_with(end)) return true;
  }
  return false;
}

/// "python::ColorOrder" without its namespace.
constexpr const char* enum_name(const char* qualified) {
  const char* name = qualified;
  for (const char* at = qualified; *at != 0; ++at) {
    if (*at == ':') name = at + 1;
  }
  return name;
}

}  // namespace visionkit::python

// F(X, a) F(X, b) ... for each further argument, at most 64.
#define VISIONKIT_PARENS ()
#define VISIONKIT_EXPAND(...) VISIONKIT_EXPAND3(VISIONKIT_EXPAND3(VISIONKIT_EXPAND3(VISIONKIT_EXPAND3(__VA_ARGS__))))
#define VISIONKIT_EXPAND3(...) VISIONKIT_EXPAND2(VISIONKIT_EXPAND2(VISIONKIT_EXPAND2(VISIONKIT_EXPAND2(__VA_ARGS__))))
#define VISIONKIT_EXPAND2(...) VISIONKIT_EXPAND1(VISIONKIT_EXPAND1(VISIONKIT_EXPAND1(VISIONKIT_EXPAND1(__VA_ARGS__))))
#define VISIONKIT_EXPAND1(...) __VA_ARGS__
#define VISIONKIT_FOR_EACH(F, X, ...) __VA_OPT__(VISIONKIT_EXPAND(VISIONKIT_FOR_EACH_STEP(F, X, __VA_ARGS__)))
#define VISIONKIT_FOR_EACH_STEP(F, X, first, ...) \
  F(X, first) __VA_OPT__(, VISIONKIT_FOR_EACH_AGAIN VISIONKIT_PARENS(F, X, __VA_ARGS__))
#define VISIONKIT_FOR_EACH_AGAIN() VISIONKIT_FOR_EACH_STEP
#define VISIONKIT_FIELD(Type, member) visionkit::python::field(#member, &Type::member)
#define VISIONKIT_ENUMERATOR(Type, member) \
  visionkit::python::Enumerator<Type> { #member, Type::member }

/// VISIONKIT_FIELDS(NmsOptions, iou_threshold, method, ...): every member, in order.
#define VISIONKIT_FIELDS(Type, ...) VISIONKIT_FIELDS_AS(Type, Type, __VA_ARGS__)
/// The same under another name, for nested structs.
#define VISIONKIT_FIELDS_AS(Type, Name, ...)                                                                    \
  template <>                                                                                                   \
  struct visionkit::python::Fields<visionkit::Type> {                                                           \
    static constexpr const char* name = #Name;                                                                  \
    static constexpr auto list = std::tuple{VISIONKIT_FOR_EACH(VISIONKIT_FIELD, visionkit::Type, __VA_ARGS__)}; \
  };
/// VISIONKIT_ENUM(NmsMethod, greedy, soft_linear, ...): every enumerator, in order.
#define VISIONKIT_ENUM(Type, ...)                                                               \
  template <>                                                                                   \
  struct visionkit::python::Enumerators<visionkit::Type> {                                      \
    static constexpr const char* name = enum_name(#Type);                                       \
    static constexpr auto list = std::to_array<visionkit::python::Enumerator<visionkit::Type>>( \
        {VISIONKIT_FOR_EACH(VISIONKIT_ENUMERATOR, visionkit::Type, __VA_ARGS__)});              \
  };
