// Described structs as Python classes: keyword constructors, read-only attributes, repr, equality, pickling; and the
// keywords of functions that take options. The work is done on tables, without templates for each struct.
#pragma once

#include <span>
#include <string>

#include <pybind11/pybind11.h>

#include "support/arrays.hpp"
#include "support/fields.hpp"

namespace visionkit::python {

/// One field of some struct, behind a pointer to the struct.
struct FieldRow {
  const char* name;
  py::object (*get)(const void* object, py::handle owner);
  void (*set)(void* object, py::handle value, const Where& where);
  std::string (*hint_in)();
  std::string (*hint_out)();
};

struct StructTable {
  const char* name;
  std::span<const FieldRow> fields;
};

template <class T>
struct Convert;

template <class T, std::size_t I>
struct FieldAccess {
  static constexpr auto description = std::get<I>(Fields<T>::list);
  using Member = std::remove_cvref_t<decltype(std::declval<T&>().*(description.member))>;

  static py::object get(const void* object, [[maybe_unused]] py::handle owner) {
    const auto& value = static_cast<const T*>(object)->*(description.member);
    if constexpr (is_number_list<Member>()) {
      if constexpr (is_options<T>()) {
        return py::tuple(Convert<Member>::to(value));
      } else {
        return own_array(std::vector(value));
      }
    } else if constexpr (Described<Member>) {
      // A part of what the owner holds, without a copy: attributes are read-only, so it stays as it is.
      return py::cast(&value, py::return_value_policy::reference_internal, owner);
    } else {
      return Convert<Member>::to(value);
    }
  }
  static void set(void* object, py::handle value, const Where& where) {
    static_cast<T*>(object)->*(description.member) = Convert<Member>::from(value, where);
  }
  static std::string hint_in() { return Convert<Member>::hint_in(); }
  static std::string hint_out() {
    if constexpr (is_number_list<Member>()) {
      using Element = typename Member::value_type;
      return is_options<T>() ? "tuple[" + Convert<Element>::hint_out() + ", ...]"
                             : "NDArray[np." + std::string(numpy_name<Element>()) + "]";
    } else {
      return Convert<Member>::hint_out();
    }
  }

 private:
  template <class M>
  static constexpr bool is_number_list() {
    if constexpr (requires {
                    typename M::value_type;
                    M().push_back(typename M::value_type());
                  }) {
      using Element = typename M::value_type;
      return std::is_arithmetic_v<Element> && !std::is_same_v<Element, bool> && !std::is_same_v<M, std::string>;
    } else {
      return false;
    }
  }
  template <class Element>
  static constexpr const char* numpy_name() {
    constexpr bool wide = sizeof(Element) == 8;
    if constexpr (std::is_floating_point_v<Element>) return wide ? "float64" : "float32";
    if constexpr (sizeof(Element) == 1) return "uint8";
    if constexpr (std::is_signed_v<Element>) return wide ? "int64" : "int32";
    return wide ? "uint64" : "uint32";
  }
};

template <class T>
[[nodiscard]] const StructTable& struct_table() {
  static const auto rows = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{FieldRow{std::get<I>(Fields<T>::list).name, FieldAccess<T, I>::get, FieldAccess<T, I>::set,
                               FieldAccess<T, I>::hint_in, FieldAccess<T, I>::hint_out}...};
  }
  (std::make_index_sequence<std::tuple_size_v<decltype(Fields<T>::list)>>());
  static const StructTable table = {Fields<T>::name, rows};
  return table;
}

/// Sets the fields that `keywords` names. Throws TypeError for a name that is no field, with the nearest one.
void assign(const StructTable& table, void* object, const py::dict& keywords, const char* caller);

/// The struct with these fields, others at their defaults.
template <Described T>
[[nodiscard]] T make(const py::dict& keywords, const char* caller) {
  T value = {};
  if (!keywords.empty()) assign(struct_table<T>(), &value, keywords, caller);
  return value;
}
/// The same for a struct inside an argument.
template <Described T>
[[nodiscard]] T make(const py::dict& keywords, const Where& where) {
  return make<T>(keywords, where.argument);
}

// The parts of define_struct() that need no type.
using Unwrap = void* (*)(py::handle);
void define_fields(py::handle scope, py::handle type, const StructTable& table, Unwrap unwrap);

/// Makes the class of a described struct and notes it for the stubs.
template <Described T>
py::class_<T> define_struct(py::module_& module, const char* doc) {
  py::class_<T> type(module, Fields<T>::name, doc);
  type.def(py::init([](const py::kwargs& keywords) { return make<T>(keywords, Fields<T>::name); }));
  define_fields(module, type, struct_table<T>(), [](py::handle object) -> void* { return object.cast<T*>(); });
  return type;
}

}  // namespace visionkit::python
