// Values between Python and C++: numbers, strings, enumerations (as their names), optional values, lists, described
// structs (support/fields.hpp) and registered classes. Each conversion also says how it is spelt in type hints. Reading
// is strict: no float for an integer, no truth of any object for a bool; messages name the argument.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pybind11/pybind11.h>
#include <visionkit/core/detections.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>

#include "support/arrays.hpp"
#include "support/fields.hpp"
#include "support/structs.hpp"

namespace visionkit::python {

/// `from`: C++ of Python; `to`: Python of C++; `hint_in`, `hint_out`: what type hints call the two.
template <class T>
struct Convert;

template <class T>
[[nodiscard]] T from_python(py::handle value, const Where& where) {
  return Convert<T>::from(value, where);
}
template <class T>
[[nodiscard]] py::object to_python(const T& value) {
  return Convert<T>::to(value);
}

// Not templates, so that they are compiled once.
[[nodiscard]] bool bool_from(py::handle value, const Where& where);
[[nodiscard]] long long integer_from(py::handle value, const Where& where, long long least,
                                     unsigned long long greatest);
[[nodiscard]] double number_from(py::handle value, const Where& where);
/// Of str, or of os.PathLike.
[[nodiscard]] std::string text_from(py::handle value, const Where& where);
/// The place of a name in `names`; throws Error with the code invalid_option, all names and the nearest.
[[nodiscard]] std::size_t choice_from(py::handle value, const Where& where, const std::vector<std::string_view>& names);
/// "did you mean 'greedy'?", or nothing where none of the names is near.
[[nodiscard]] std::string near_match(std::string_view name, const std::vector<std::string_view>& names);
[[noreturn]] void refuse(py::handle value, const Where& where, std::string_view expected);
/// An instance of visionkit.values.<name> made of these.
[[nodiscard]] py::object value_of(const char* name, const py::args& fields);
/// A reference whose last copy may go anywhere, without the lock.
[[nodiscard]] std::shared_ptr<PyObject> share(py::handle value);
/// Any iterable but text.
[[nodiscard]] py::object sequence_from(py::handle value, const Where& where);

/// Registered classes: Mask, LabelMap and the like.
template <class T>
struct Convert {
  static T from(py::handle value, const Where& where) {
    if constexpr (Described<T>) {
      if (py::isinstance<py::dict>(value)) {
        return make<T>(py::reinterpret_borrow<py::dict>(value), where);
      }
    }
    if (!py::isinstance<T>(value)) refuse(value, where, hint_out());
    return value.cast<const T&>();
  }
  static py::object to(const T& value) { return py::cast(value); }
  static std::string hint_out() {
    if constexpr (Described<T>) {
      return Fields<T>::name;
    } else {
      const std::string name = py::type::of<T>().attr("__name__").template cast<std::string>();
      return name;
    }
  }
  static std::string hint_in() { return Described<T> ? hint_out() + " | Mapping[str, Any]" : hint_out(); }
};

template <>
struct Convert<bool> {
  static bool from(py::handle value, const Where& where) { return bool_from(value, where); }
  static py::object to(bool value) { return py::bool_(value); }
  static std::string hint_in() { return "bool"; }
  static std::string hint_out() { return "bool"; }
};

template <std::integral T>
struct Convert<T> {
  static T from(py::handle value, const Where& where) {
    return static_cast<T>(integer_from(value, where, static_cast<long long>(std::numeric_limits<T>::min()),
                                       static_cast<unsigned long long>(std::numeric_limits<T>::max())));
  }
  static py::object to(T value) { return py::int_(value); }
  static std::string hint_in() { return "int"; }
  static std::string hint_out() { return "int"; }
};

template <std::floating_point T>
struct Convert<T> {
  static T from(py::handle value, const Where& where) { return static_cast<T>(number_from(value, where)); }
  static py::object to(T value) { return py::float_(static_cast<double>(value)); }
  static std::string hint_in() { return "float"; }
  static std::string hint_out() { return "float"; }
};

template <>
struct Convert<std::string> {
  static std::string from(py::handle value, const Where& where) { return text_from(value, where); }
  static py::object to(const std::string& value) { return py::str(value); }
  static std::string hint_in() { return "str"; }
  static std::string hint_out() { return "str"; }
};

template <DescribedEnum T>
struct Convert<T> {
  static T from(py::handle value, const Where& where) {
    std::vector<std::string_view> names;
    for (const auto& row : Enumerators<T>::list) names.emplace_back(row.name);
    return Enumerators<T>::list[choice_from(value, where, names)].value;
  }
  static py::object to(T value) {
    for (const auto& row : Enumerators<T>::list) {
      if (row.value == value) return py::str(row.name);
    }
    return py::none();
  }
  static std::string hint_in() { return Enumerators<T>::name; }
  static std::string hint_out() { return Enumerators<T>::name; }
};

template <class T>
struct Convert<std::optional<T>> {
  static std::optional<T> from(py::handle value, const Where& where) {
    if (value.is_none()) return std::nullopt;
    return from_python<T>(value, where);
  }
  static py::object to(const std::optional<T>& value) {
    if (!value) return py::none();
    return to_python(*value);
  }
  static std::string hint_in() { return Convert<T>::hint_in() + " | None"; }
  static std::string hint_out() { return Convert<T>::hint_out() + " | None"; }
};

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

/// Lists come back as lists; numbers of reports as arrays, see support/structs.hpp.
template <class T>
struct Convert<std::vector<T>> {
  static std::vector<T> from(py::handle value, const Where& where) {
    if constexpr (Number<T>) {
      if (py::isinstance<py::array>(value)) {
        const auto array = as_array<T>(value, where);
        return std::vector<T>(array.data(), array.data() + array.size());
      }
    }
    std::vector<T> values;
    for (const auto item : sequence_from(value, where)) values.push_back(from_python<T>(item, where));
    return values;
  }
  static py::object to(const std::vector<T>& values) {
    py::list list(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) list[i] = to_python(static_cast<const T&>(values[i]));
    return list;
  }
  static std::string hint_in() { return "Iterable[" + Convert<T>::hint_in() + "]"; }
  static std::string hint_out() { return "list[" + Convert<T>::hint_out() + "]"; }
};

template <>
struct Convert<std::vector<bool>> {
  static std::vector<bool> from(py::handle value, const Where& where) {
    std::vector<bool> values;
    for (const auto item : sequence_from(value, where)) values.push_back(bool_from(item, where));
    return values;
  }
  static py::object to(const std::vector<bool>& values) {
    py::list list;
    for (const bool value : values) list.append(value);
    return list;
  }
  static std::string hint_in() { return "Iterable[bool]"; }
  static std::string hint_out() { return "list[bool]"; }
};

template <class T, std::size_t N>
struct Convert<std::array<T, N>> {
  static std::array<T, N> from(py::handle value, const Where& where) {
    const auto values = from_python<std::vector<T>>(value, where);
    if (values.size() != N) refuse(value, where, hint_in());
    std::array<T, N> result = {};
    std::copy(values.begin(), values.end(), result.begin());
    return result;
  }
  static py::object to(const std::array<T, N>& values) {
    return to_python(std::vector<T>(values.begin(), values.end()));
  }
  static std::string hint_in() { return Convert<std::vector<T>>::hint_in(); }
  static std::string hint_out() { return Convert<std::vector<T>>::hint_out(); }
};

template <>
struct Convert<std::map<std::string, std::string>> {
  using Map = std::map<std::string, std::string>;
  static Map from(py::handle value, const Where& where) {
    if (!py::isinstance<py::dict>(value)) refuse(value, where, hint_out());
    Map map;
    for (const auto& [key, item] : py::reinterpret_borrow<py::dict>(value)) {
      map[text_from(key, where)] = text_from(item, where);
    }
    return map;
  }
  static py::object to(const Map& map) {
    py::dict dict;
    for (const auto& [key, value] : map) dict[py::str(key)] = py::str(value);
    return dict;
  }
  static std::string hint_in() { return "dict[str, str]"; }
  static std::string hint_out() { return "dict[str, str]"; }
};

template <>
struct Convert<ClassId> {
  static ClassId from(py::handle value, const Where& where) { return ClassId(from_python<std::int32_t>(value, where)); }
  static py::object to(ClassId id) { return py::int_(id.value); }
  static std::string hint_in() { return "int"; }
  static std::string hint_out() { return "int"; }
};

template <>
struct Convert<Labels> {
  static Labels from(py::handle value, const Where& where) {
    return Labels(from_python<std::vector<std::string>>(value, where));
  }
  static py::object to(const Labels& labels) { return to_python(labels.names()); }
  static std::string hint_in() { return "Iterable[str]"; }
  static std::string hint_out() { return "list[str]"; }
};

/// Small structs that are named tuples in Python (visionkit/values.py), and that any sequence of as many numbers makes.
template <class T>
struct TupleLike;  // name, members

template <class T>
requires requires { TupleLike<T>::members; }
struct Convert<T> {
  static constexpr std::size_t count = std::tuple_size_v<decltype(TupleLike<T>::members)>;

  static T from(py::handle value, const Where& where) {
    const auto items = sequence_from(value, where).template cast<py::tuple>();
    if (items.size() != count) refuse(value, where, TupleLike<T>::name);
    T result = {};
    std::size_t i = 0;
    std::apply(
        [&](auto... member) {
          ((result.*member = from_python<std::remove_reference_t<decltype(result.*member)>>(items[i++], where)), ...);
        },
        TupleLike<T>::members);
    return result;
  }
  static py::object to(const T& value) {
    return std::apply(
        [&](auto... member) { return value_of(TupleLike<T>::name, py::make_tuple(to_python(value.*member)...)); },
        TupleLike<T>::members);
  }
  static std::string hint_in() {
    std::string hint = "tuple[";
    std::apply(
        [&](auto... member) { ((hint += Convert<std::remove_cvref_t<decltype(T{}.*member)>>::hint_in() + ", "), ...); },
        TupleLike<T>::members);
    hint.resize(hint.size() - 2);
    return hint + "]";
  }
  static std::string hint_out() { return TupleLike<T>::name; }
};

#define VISIONKIT_TUPLE_MEMBER(Type, member) &Type::member
#define VISIONKIT_TUPLE(Type, Name, ...)                                                      \
  template <>                                                                                 \
  struct visionkit::python::TupleLike<visionkit::Type> {                                      \
    static constexpr const char* name = #Name;                                                \
    static constexpr auto members =                                                           \
        std::tuple{VISIONKIT_FOR_EACH(VISIONKIT_TUPLE_MEMBER, visionkit::Type, __VA_ARGS__)}; \
  };

}  // namespace visionkit::python

VISIONKIT_TUPLE(Size, Size, width, height)
VISIONKIT_TUPLE(Box, Box, x1, y1, x2, y2)
VISIONKIT_TUPLE(ModelBox, Box, x1, y1, x2, y2)
VISIONKIT_TUPLE(PixelBox, PixelBox, x1, y1, x2, y2)
